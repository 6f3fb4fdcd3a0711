# async-testing-expert 0.1.0 sha256:e3b0c44298fc1c14 (scaffold.py --update renews it)
