"""`python -m haemaru` is the command `haemaru`."""

from haemaru.cli import main

main()
