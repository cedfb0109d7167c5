"""The delivery: FastAPI application, one router per resource, problem mapping, contract."""
