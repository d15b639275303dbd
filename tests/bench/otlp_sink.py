"""A collector that takes everything and keeps nothing, as it shares the
machine with what is measured.
"""
import socket
import threading

ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n"
          b"Content-Length: 0\r\n\r\n")


class OtlpSink:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.bytes = 0

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self.take, args=(client,), daemon=True).start()

    def take(self, client):
        """Requests of one connection, each with its length."""
        with client, client.makefile("rb") as stream:
            while (line := stream.readline()) not in (b"", b"\r\n"):
                length = 0
                while line not in (b"", b"\r\n"):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                    elif name.lower() == b"expect":
                        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                    line = stream.readline()
                self.bytes += len(stream.read(length))
                client.sendall(ANSWER)
