/* SPDX-License-Identifier: ISC */
/*
 * load: so many clients, each of which asks for one poem after another and
 * checks every byte of every reply, up to the end of file.  It pauses before
 * it repeats a request, as versify(1) does.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX  1000
#define SIZE_MAX_B   99000
#define NAME	     "cummingsify."
#define STAMP_LEN    8
#define ATTEMPT_S    20
#define LOOK_US	     10000
#define PAUSE_US     100000
#define PAUSE_MAX_US 1000000
#define BUCKETS	     4000000 /* of 1 microsecond */

static const char usage[] =
    "usage: load [-c CLIENTS] [-n REQUESTS] [-d SECONDS] [-s BYTES]\n"
    "            [-r RETRIES] [-x STOP_FILE] PORT\n";

struct client {
	int fd;
	unsigned int attempts; /* made for this request */
	unsigned long stamp;   /* of this request */
	size_t sent, received;
	bool good;	      /* all that was received */
	long long begun_us;   /* the request */
	long long attempt_us; /* this attempt */
	long long pause_us;   /* before the next, doubled each time */
	long long resume_us;  /* when that one is due, or 0 */
};

static struct {
	unsigned long clients, requests, seconds, size, retries;
	const char *stop_file;
	struct sockaddr_in server;
} opt = {.clients = 1, .size = 15};

static char request[SIZE_MAX_B + 64], reply[SIZE_MAX_B + 64];
static size_t request_len, reply_len, request_stamp, reply_stamp;
static unsigned int latencies[BUCKETS + 1];
static unsigned long begun, done, failed, retried, refused, wrong, active;
static bool over;
static int epoll_fd;

static long long
clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* A poem of size bytes, the first of which take each request's stamp. */
static void
make_texts(void)
{
	static const char line[] = "HERE IS MY POEM";
	char *text;
	size_t i;

	request_len =
	    (size_t)sprintf(request, "%zu:" NAME, sizeof(NAME) - 1 + opt.size);
	reply_len = (size_t)sprintf(reply, "%lu:", opt.size);
	request_stamp = request_len;
	reply_stamp = reply_len;
	text = request + request_len;
	for (i = 0; i < opt.size; i++) {
		text[i] = line[i % (sizeof(line) - 1)];
		reply[reply_len++] =
		    text[i] == ' ' ? ' ' : (char)(text[i] - 'A' + 'a');
	}
	request_len += opt.size;
	request[request_len++] = ',';
	reply[reply_len++] = ',';
}

static char
stamp_letter(unsigned long stamp, size_t i, char first)
{
	return (char)(first + (char)(stamp >> (4 * i) & 15));
}

static void
connect_client(struct client *client)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		err(71, "socket");
	client->sent = 0;
	client->received = 0;
	client->good = true;
	client->attempts++;
	client->attempt_us = clock_us();
	if (connect(client->fd, (struct sockaddr *)&opt.server,
		sizeof(opt.server)) < 0 &&
	    errno != EINPROGRESS && errno != ECONNREFUSED)
		err(71, "connect");
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0)
		err(71, "epoll_ctl");
}

static void
begin(struct client *client)
{
	if (over || (opt.requests > 0 && begun >= opt.requests)) {
		client->fd = -1;
		active--;
		return;
	}
	client->attempts = 0;
	client->pause_us = PAUSE_US;
	client->resume_us = 0;
	client->stamp = begun++;
	client->begun_us = clock_us();
	connect_client(client);
}

/* An attempt without a reply: repeated where that is allowed. */
static void
fail(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	if (client->attempts <= opt.retries) {
		retried++;
		client->resume_us = clock_us() + client->pause_us;
		client->pause_us *= 2;
		if (client->pause_us > PAUSE_MAX_US)
			client->pause_us = PAUSE_MAX_US;
		return;
	}
	failed++;
	begin(client);
}

static void
succeed(struct client *client)
{
	long long us = clock_us() - client->begun_us;

	close(client->fd);
	latencies[us < BUCKETS ? us : BUCKETS]++;
	done++;
	begin(client);
}

/* Returns false where the attempt has failed and another may have begun. */
static bool
send_some(struct client *client)
{
	char buf[sizeof(request)];
	ssize_t n;

	if (client->sent == request_len)
		return true;
	memcpy(buf, request, request_len);
	for (size_t i = 0; i < STAMP_LEN; i++)
		buf[request_stamp + i] = stamp_letter(client->stamp, i, 'A');
	n = send(client->fd, buf + client->sent, request_len - client->sent,
	    MSG_NOSIGNAL);
	if (n >= 0) {
		client->sent += (size_t)n;
		return true;
	}
	if (errno == EAGAIN)
		return true;
	if (errno == ECONNREFUSED)
		refused++;
	fail(client);
	return false;
}

static void
check(struct client *client, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t at = client->received + i, in_stamp = at - reply_stamp;
		char want = at < reply_len ? reply[at] : '\0';

		if (at >= reply_stamp && in_stamp < STAMP_LEN)
			want = stamp_letter(client->stamp, in_stamp, 'a');
		if (at >= reply_len || buf[i] != want)
			client->good = false;
	}
	client->received += len;
}

static void
receive(struct client *client)
{
	char buf[65536];
	ssize_t n;

	while ((n = recv(client->fd, buf, sizeof(buf), 0)) > 0)
		check(client, buf, (size_t)n);
	if (n < 0 && errno == EAGAIN)
		return;
	if (!client->good) {
		wrong++;
		opt.retries = 0;
		fail(client);
	} else if (n == 0 && client->received == reply_len) {
		succeed(client);
	} else {
		fail(client);
	}
}

/* Does what is due without an event. */
static void
look_after(struct client *clients, long long now_us)
{
	for (size_t i = 0; i < opt.clients; i++) {
		struct client *client = &clients[i];

		if (client->resume_us != 0 && now_us >= client->resume_us) {
			client->resume_us = 0;
			connect_client(client);
		} else if (client->fd >= 0 &&
			   now_us - client->attempt_us > ATTEMPT_S * 1000000LL)
			fail(client);
	}
}

static void
wait_and_serve(struct client *clients)
{
	struct epoll_event events[CLIENTS_MAX];
	int n = epoll_wait(epoll_fd, events, CLIENTS_MAX, LOOK_US / 1000);
	static long long look_us;
	long long now_us = clock_us();

	for (int i = 0; i < n; i++) {
		struct client *client = events[i].data.ptr;

		if (send_some(client))
			receive(client);
	}
	if (n == 0 || now_us >= look_us) {
		look_us = now_us + LOOK_US;
		look_after(clients, now_us);
	}
}

static unsigned int
percentile(double share)
{
	unsigned long seen = 0;
	unsigned int us;

	for (us = 0; us < BUCKETS; us++) {
		seen += latencies[us];
		if ((double)seen >= share * (double)done)
			break;
	}
	return us;
}

static unsigned long
number(const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value < min ||
	    value > max)
		errx(64, "not a number from %lu to %lu: %s", min, max, text);
	return value;
}

static void
parse_options(int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "c:d:n:r:s:x:")) != -1) {
		if (c == 'c')
			opt.clients = number(optarg, 1, CLIENTS_MAX);
		else if (c == 'd')
			opt.seconds = number(optarg, 1, 3600);
		else if (c == 'n')
			opt.requests = number(optarg, 1, 1000000000);
		else if (c == 'r')
			opt.retries = number(optarg, 0, 1000);
		else if (c == 's')
			opt.size = number(optarg, STAMP_LEN, SIZE_MAX_B);
		else if (c == 'x')
			opt.stop_file = optarg;
		else
			errx(64, "%s", usage);
	}
	if (argc - optind != 1)
		errx(64, "%s", usage);
	opt.server.sin_family = AF_INET;
	opt.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	opt.server.sin_port = htons((in_port_t)number(argv[optind], 1, 65535));
}

int
main(int argc, char *argv[])
{
	static struct client clients[CLIENTS_MAX];
	long long begin_us, end_us;

	parse_options(argc, argv);
	make_texts();
	epoll_fd = epoll_create1(0);
	if (epoll_fd < 0)
		err(71, "epoll_create1");
	active = opt.clients;
	begin_us = clock_us();
	for (size_t i = 0; i < opt.clients; i++)
		begin(&clients[i]);
	while (active > 0) {
		wait_and_serve(clients);
		if ((opt.seconds > 0 && clock_us() - begin_us >=
					    (long long)opt.seconds * 1000000) ||
		    (opt.stop_file != NULL && access(opt.stop_file, F_OK) == 0))
			over = true;
	}
	end_us = clock_us();
	printf("answered=%lu failed=%lu retried=%lu refused=%lu wrong=%lu "
	       "rate=%.0f p50_us=%u p99_us=%u\n",
	    done, failed, retried, refused, wrong,
	    (double)done * 1e6 / (double)(end_us - begin_us), percentile(0.5),
	    percentile(0.99));
	return failed == 0 && wrong == 0 && done > 0 ? 0 : 1;
}
