"""From corpora to packaged models.

    python -m training run --corpora DIR --registry DIR --encoder DIR --out models   all of it (hours on two cores)
    python -m training evaluate --corpora DIR --registry DIR                         the model cards' table again
    python -m training ablation --corpora DIR --registry DIR --encoder DIR           what each part contributes, as a table

DIR of the encoder holds model.safetensors and tokenizer.json of all-MiniLM-L6-v2; its sha256 is checked. Steps whose
result lies in --work already are not done again.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("run", "evaluate", "ablation"))
    parser.add_argument(
        "--corpora", type=Path, required=True, help="folder with lct, chia, bc5cdr_pubtator, ncbi_pubtator"
    )
    parser.add_argument("--registry", type=Path, help="folder with cell_therapy/ID.txt and bulk/records.jsonl")
    parser.add_argument("--encoder", type=Path, help="folder of the encoder")
    parser.add_argument("--work", type=Path, default=Path("training-work"), help="where runs are kept")
    parser.add_argument("--earlier", type=Path, help="run: go on from these models, of an earlier version")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--models", default="none,default,accurate", help="evaluate: these, separated by commas")
    args = parser.parse_args()
    if args.command == "evaluate":
        from training.evaluate import table

        print(table(args.corpora, args.registry, args.models.split(",")), end="")
        return
    if not args.encoder or not args.registry:
        parser.error(f"{args.command} needs --encoder and --registry")
    from training import recipe  # needs torch
    from training.ablation import ablation

    config = recipe.read_config()
    digest = hashlib.sha256((args.encoder / "model.safetensors").read_bytes()).hexdigest()
    if digest != config["encoder"]["sha256"]:
        parser.error(f"{args.encoder}/model.safetensors has sha256 {digest}, not that of training/config.toml")
    places = recipe.Places(args.corpora, args.registry, args.encoder, args.work, args.earlier)
    if args.command == "run":
        recipe.run(places, config, args.out)
    else:
        print(ablation(places, config), end="")


if __name__ == "__main__":
    main()
