// SPDX-License-Identifier: Apache-2.0
// bus_flood SOCKET: asks org.healer for all its objects, again and again, and listens to no answer. A D-Bus
// client of the bare protocol, so that nothing slows it down.
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct message {
    unsigned char bytes[512];
    uint32_t length;
};

static void align(struct message* message, uint32_t to) {
    while (message->length % to != 0) {
        message->bytes[message->length++] = 0;
    }
}

static void put32(struct message* message, uint32_t value) {
    align(message, 4);
    memcpy(message->bytes + message->length, &value, sizeof(value));
    message->length += (uint32_t)sizeof(value);
}

static void putField(struct message* message, unsigned char code, char type, const char* value) {
    const uint32_t length = (uint32_t)strlen(value);

    align(message, 8);
    const unsigned char head[4] = {code, 1, (unsigned char)type, 0};
    memcpy(message->bytes + message->length, head, sizeof(head));
    message->length += (uint32_t)sizeof(head);
    put32(message, length);
    memcpy(message->bytes + message->length, value, length + 1);
    message->length += length + 1;
}

/* A method call without arguments. */
static struct message call(uint32_t serial, unsigned char flags, const char* to, const char* path,
                           const char* interface, const char* member) {
    const uint32_t fieldsAt = 16;
    struct message message = {.bytes = {'l', 1, flags, 1}, .length = 4};

    put32(&message, 0);
    put32(&message, serial);
    put32(&message, 0);
    putField(&message, 1, 'o', path);
    putField(&message, 2, 's', interface);
    putField(&message, 3, 's', member);
    putField(&message, 6, 's', to);
    const uint32_t fields = message.length - fieldsAt;
    memcpy(message.bytes + fieldsAt - 4, &fields, sizeof(fields));
    align(&message, 8);
    return message;
}

static int send_all(int bus, const void* bytes, size_t length) {
    return write(bus, bytes, length) == (ssize_t)length;
}

static int greet(int bus) {
    char hello[128];
    char uid[32];
    char answer[256];
    int length = snprintf(uid, sizeof(uid), "%u", getuid());
    int at = snprintf(hello, sizeof(hello), "%cAUTH EXTERNAL ", 0);

    for (int i = 0; i < length; i++) {
        at += snprintf(hello + at, sizeof(hello) - (size_t)at, "%02x", (unsigned char)uid[i]);
    }
    at += snprintf(hello + at, sizeof(hello) - (size_t)at, "\r\n");
    if (!send_all(bus, hello, (size_t)at) || read(bus, answer, sizeof(answer)) < 2 ||
        strncmp(answer, "OK", 2) != 0) {
        return 0;
    }
    const struct message first =
        call(1, 0, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello");
    return send_all(bus, "BEGIN\r\n", 7) && send_all(bus, first.bytes, first.length) &&
           read(bus, answer, sizeof(answer)) > 0;
}

int main(int argc, char** argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) {
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    if (connect(bus, (const struct sockaddr*)&address, sizeof(address)) != 0 || !greet(bus)) {
        perror("bus_flood");
        return 1;
    }
    for (uint32_t serial = 2;; serial++) {
        const unsigned char noReply = 1;
        const struct message message = call(serial, noReply, "org.healer", "/org/healer",
                                            "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
        if (!send_all(bus, message.bytes, message.length)) {
            return 1;
        }
    }
}
