"""The ledger: one DynamoDB table.

| pk | sk | what |
| --- | --- | --- |
| `DOC#<external id>` | `GEN#<generation>` | the record of one document (core/record.py), as one JSON text |
| `DOC#<external id>` | `PART#<hash>` | a stored payload, compressed, under the hash of its content |
| `RUN#<external id>` | `RUN` | the lifecycle's runs: number, state, what it carries |
| `PARTY#<key>` | `PARTY` | id of a participant or address, or who claims to introduce it |
| `DEAD#<dead letter id>` | `DEAD` | why a message lies dead |
| `TRACE#<message id>` | `TRACE` | a worker has begun on a message that was received often |
| `PACING#<credential>` | `TIMELINE` | the shared timeline of slots |
| `ORDER#<external id>`, and three more | `ORDER` | orders: ledger/orders.py |

The index `index` (gpk, gsk) lists what waits (`WAITING`, by the time of the next look), orders that are
followed (`ORDERS`, likewise), runs that are open (`RUNS`, likewise) and what lies dead (`DEAD`, by time).
"""
