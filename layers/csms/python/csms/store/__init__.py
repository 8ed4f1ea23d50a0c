"""What is stored and how: the only room that speaks to DynamoDB.

Builders return writes as plain values; `dynamo.Store.commit` makes one call of them. See docs/data-model.md.
"""
