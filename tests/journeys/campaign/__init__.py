"""The campaign: two real homes behind a cable that lies, killed, frozen and out of room, until so many faults are done.

`make campaign FAULTS=1000 SEED=7` or `python -m tests.journeys.campaign`. Everything that goes wrong is drawn from the
seed beforehand (`faults`); `proxy` does it to the cable, `homes` to the processes and their disks, `load` works on
meanwhile, and `checks` compares both homes when everything is mended. The report is one JSON object.
"""
