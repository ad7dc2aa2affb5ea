"""Knowledge as data: *.csv and *.toml beside this file, and the loader that checks them."""

from extractor.vocab.loader import Row, load_table, load_toml, require_known, rules_digest

__all__ = ["Row", "load_table", "load_toml", "require_known", "rules_digest"]
