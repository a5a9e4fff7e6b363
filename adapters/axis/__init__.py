"""The national document exchange axis on the wire: signed headers, answers, client.

Both sides live here, because the same agreement must hold at both ends: `wire` signs and
verifies, `reply` says what a hub answers, `client` asks. `operations` lists what can be asked
and `errors` how a refusal is told to a machine that reads only ASCII.
"""
