"""``python -m bench.web``."""

from bench.web.measuring import main

main()
