"""How the shipped models were made: `python -m training --help`. Not installed with the package; needs torch."""
