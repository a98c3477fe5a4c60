"""What tests share: the city hall with its cast, papers to attach, a mail server, a signer."""
