"""Files of money: what banks, agents and the shared tax system send, and what they are sent. Pure: bytes in, facts out.

A layout is data (profiles/*.yaml, see docs/collection-formats.md); ``received.read_received`` reads any of them, ``zengin`` writes
requests and transfers. A file is refused whole before anything of it is used.
"""
