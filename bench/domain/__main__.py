"""``python -m bench.domain``."""

from bench.domain.measuring import main

main()
