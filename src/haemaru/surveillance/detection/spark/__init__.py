"""The third host: the same two layers on a Spark cluster, for more positions than one machine reads in time.

`work.py` is what the workers do, `host.py` what the driver asks of them, `session.py` how Spark is reached. pyspark is
imported when somebody asks for this engine and at no other time.
"""
