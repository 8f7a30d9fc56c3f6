/* SPDX-License-Identifier: ISC */
/*
 * load: so many clients, each of which asks for one poem after another and
 * checks every byte of every reply, up to the end of file.  It pauses before
 * it repeats a request, as versify(1) does.  With -u each has one socket for
 * all its requests, and each request and reply is a datagram.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

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
    "            [-r RETRIES] [-u] [-x STOP_FILE] PORT\n";

struct client {
	int fd;
	unsigned int attempts; /* made for this request; 0: it failed */
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
	int type;
} opt = {.clients = 1, .size = 15, .type = SOCK_STREAM};

static char request[SIZE_MAX_B + 64], reply[SIZE_MAX_B + 64];
static size_t request_len, reply_len, request_stamp, reply_stamp;
/* What one process has seen, in memory that it shares with its parent. */
static struct result {
	unsigned long done, failed, retried, refused, wrong;
	unsigned int latencies[BUCKETS + 1];
} * result;
static unsigned long processes, process, begun, active;
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

/* Stamps a text, letter by letter from first on. */
static void
stamp(char *text, unsigned long number, char first)
{
	for (size_t i = 0; i < STAMP_LEN; i++)
		text[i] = (char)(first + (char)(number >> (4 * i) & 15));
}

static void fail(struct client *client);

/* Sends what can be sent.  Returns false where the attempt has failed. */
static bool
send_some(struct client *client)
{
	ssize_t n;

	if (client->sent == request_len)
		return true;
	stamp(request + request_stamp, client->stamp, 'A');
	n = send(client->fd, request + client->sent, request_len - client->sent,
	    MSG_NOSIGNAL);
	if (n >= 0) {
		client->sent += (size_t)n;
		return true;
	}
	if (errno == EAGAIN || errno == EINPROGRESS)
		return true;
	if (errno == ECONNREFUSED)
		result->refused++;
	fail(client);
	return false;
}

static void
connect_client(struct client *client)
{
	client->fd = socket(AF_INET, opt.type | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		err(71, "socket");
	if (connect(client->fd, (struct sockaddr *)&opt.server,
		sizeof(opt.server)) < 0 &&
	    errno != EINPROGRESS && errno != ECONNREFUSED)
		err(71, "connect");
}

/* On the loopback the connection is there at once, and the request goes. */
static void
ask(struct client *client)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLET, .data.ptr = client};
	bool is_new = client->fd < 0;

	client->sent = 0;
	client->received = 0;
	client->good = true;
	client->attempts++;
	client->attempt_us = clock_us();
	if (is_new)
		connect_client(client);
	if (!send_some(client) || !is_new)
		return;
	if (client->sent < request_len)
		event.events |= EPOLLOUT;
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
	client->stamp = processes * begun++ + process;
	client->begun_us = clock_us();
	ask(client);
}

/* An attempt without a reply: repeated later where that is allowed. */
static void
fail(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	client->resume_us = clock_us();
	if (client->attempts > opt.retries) {
		result->failed++;
		client->attempts = 0;
		return;
	}
	result->retried++;
	client->resume_us += client->pause_us;
	client->pause_us *= 2;
	if (client->pause_us > PAUSE_MAX_US)
		client->pause_us = PAUSE_MAX_US;
}

static void
succeed(struct client *client)
{
	long long us = clock_us() - client->begun_us;

	if (opt.type == SOCK_STREAM) {
		close(client->fd);
		client->fd = -1;
	}
	result->latencies[us < BUCKETS ? us : BUCKETS]++;
	result->done++;
	begin(client);
}

static void
check(struct client *client, const char *buf, size_t len)
{
	stamp(reply + reply_stamp, client->stamp, 'a');
	if (len > reply_len - client->received ||
	    memcmp(buf, reply + client->received, len) != 0)
		client->good = false;
	else
		client->received += len;
}

static void
receive(struct client *client)
{
	char buf[65536];
	ssize_t n = 0;

	do {
		n = recv(client->fd, buf, sizeof(buf), 0);
		if (n > 0)
			check(client, buf, (size_t)n);
	} while (n > 0 && client->good && opt.type == SOCK_STREAM);
	if (n < 0 && errno == EAGAIN)
		return;
	if (!client->good) {
		result->wrong++;
		opt.retries = 0;
		fail(client);
	} else if ((n == 0 || opt.type == SOCK_DGRAM) &&
		   client->received == reply_len) {
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
			if (client->attempts == 0)
				begin(client);
			else
				ask(client);
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
percentile(const struct result *all, double share)
{
	unsigned long seen = 0;
	unsigned int us;

	for (us = 0; us < BUCKETS; us++) {
		seen += all->latencies[us];
		if ((double)seen >= share * (double)all->done)
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

	while ((c = getopt(argc, argv, "c:d:n:r:s:ux:")) != -1) {
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
		else if (c == 'u')
			opt.type = SOCK_DGRAM;
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

/* The share of this process in a number of things. */
static unsigned long
share(unsigned long all)
{
	return all / processes + (process < all % processes);
}

/* All that one of the processes does. */
static void
run(long long begin_us)
{
	static struct client clients[CLIENTS_MAX];
	long long end_us = begin_us + (long long)opt.seconds * 1000000;

	opt.clients = share(opt.clients);
	if (opt.requests > 0) {
		opt.requests = share(opt.requests);
		over = opt.requests == 0;
	}
	epoll_fd = epoll_create1(0);
	if (epoll_fd < 0)
		err(71, "epoll_create1");
	active = opt.clients;
	for (size_t i = 0; i < opt.clients; i++) {
		clients[i].fd = -1;
		begin(&clients[i]);
	}
	while (active > 0) {
		wait_and_serve(clients);
		if ((opt.seconds > 0 && clock_us() >= end_us) ||
		    (opt.stop_file != NULL && access(opt.stop_file, F_OK) == 0))
			over = true;
	}
}

/* Adds the results of all processes to those of the first. */
static void
add_up(struct result *results)
{
	for (unsigned long i = 1; i < processes; i++) {
		results->done += results[i].done;
		results->failed += results[i].failed;
		results->retried += results[i].retried;
		results->refused += results[i].refused;
		results->wrong += results[i].wrong;
		for (size_t us = 0; us <= BUCKETS; us++)
			results->latencies[us] += results[i].latencies[us];
	}
}

int
main(int argc, char *argv[])
{
	long long begin_us, took_us;
	struct result *results;
	int status = 0;

	parse_options(argc, argv);
	make_texts();
	processes = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
	if (processes > opt.clients)
		processes = opt.clients;
	results = mmap(NULL, processes * sizeof(*results),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		err(71, "mmap");
	begin_us = clock_us();
	for (process = 0; process < processes; process++) {
		result = &results[process];
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run(begin_us);
			_exit(0);
		}
	}
	for (process = 0; process < processes; process++)
		if (wait(&status) < 0 || status != 0)
			errx(71, "a process ended with status %d", status);
	took_us = clock_us() - begin_us;
	add_up(results);
	printf("answered=%lu failed=%lu retried=%lu refused=%lu wrong=%lu "
	       "rate=%.0f p50_us=%u p99_us=%u\n",
	    results->done, results->failed, results->retried, results->refused,
	    results->wrong, (double)results->done * 1e6 / (double)took_us,
	    percentile(results, 0.5), percentile(results, 0.99));
	return results->failed > 0 || results->wrong > 0 || results->done == 0;
}
