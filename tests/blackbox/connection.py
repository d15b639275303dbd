"""An HTTP connection that stays, for clients that ask all the time."""

import http.client


class Connection:
    """One connection that stays, and is made anew when it does not."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, 20)

    def ask(self, method, target, body=None, **fields):
        try:
            self.connection.request(method, target, body, fields)
            reply = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            if method != "GET":
                raise
            self.connection.close()
            self.connection.request(method, target, body, fields)
            reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()
