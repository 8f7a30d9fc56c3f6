/* SPDX-License-Identifier: ISC */
/*
 * versed-pool with four workers at most, one at least, beside clients, an honest
 * one and dawdlers that never send the rest, and signals that come at any time.
 * The functions that lines stand for are named beside them.  Time is left out:
 * what happens after some while may happen at any moment.
 *
 * BROKEN_LEAVE is a pool that goes without a last look, BROKEN_HURRY one that
 * tells nobody that others wait, BROKEN_TERM a handler that goes although
 * somebody is queued: each must be refused.
 */
#define WORKERS	 4 /* pool.max_workers, -x */
#define LEAST	 1 /* pool.workers, -w */
#define DAWDLERS 4 /* as many as can take all workers */

mtype = { HONEST, STOPPED }; /* clients */
mtype = { RUNNING, LEAVING, STOPPING, ENDING, OVER }; /* pool.state */

/* The listening socket, which whoever started the pool has, too. */
chan queue = [1 + DAWDLERS] of { mtype };

/*
 * How many workers wait, were told to go, have a dawdler, will cut theirs at
 * the next tick, have ended; of these those that are older than the last HUP,
 * and those that are to go (worker.leaving_ms).
 */
byte idle, idle_old, told, busy, busy_old, busy_leaving;
byte hurried, hurried_leaving, ended, ended_leaving;

mtype state = RUNNING;
byte wanted = LEAST; /* crew.wanted */
bool is_trial, is_replacing; /* crew.trial, crew.is_replacing */
bool is_answered;
bool may_stop = true, may_hup = true, may_leave = true;

/* crew.staying, crew.alive - crew.staying, crew.alive */
#define STAYING (idle + idle_old + busy + busy_old + hurried + ended)
#define GOING	(told + busy_leaving + hurried_leaving + ended_leaving)
#define ALIVE	(STAYING + GOING)
#define DAWDLED (busy + busy_old + busy_leaving)

/* crew_hurry; on_tick and on_others_wait have it happen */
inline hurry()
{
#ifndef BROKEN_HURRY
	hurried = hurried + busy + busy_old;
	hurried_leaving = hurried_leaving + busy_leaving;
	busy = 0; busy_old = 0; busy_leaving = 0
#else
	skip
#endif
}

/* leave_all_but, leave_one: at once who has no connection */
inline let_go(keep)
{
	do
	:: idle + idle_old > keep && idle_old > 0 -> idle_old--; told++
	:: idle + idle_old > keep && idle_old == 0 -> idle--; told++
	:: idle + idle_old <= keep -> break
	od;
	busy_leaving = busy_leaving + busy + busy_old;
	hurried_leaving = hurried_leaving + hurried;
	busy = 0; busy_old = 0; hurried = 0
}

/* io_accept, session_serve: one of the workers called from takes a client */
inline serve(from, dawdles, ends)
{
	queue ? client;
	from--;
	if
	:: client == HONEST -> is_answered = true; ends++
	:: else -> dawdles++
	fi;
	client = 0
}

/* src/versed: serve_many */
active proctype Versed()
{
	mtype client;
end:
	do
	:: atomic { nempty(queue) && idle > 0 -> serve(idle, busy, ended) }
	:: atomic { nempty(queue) && idle_old > 0 ->
		serve(idle_old, busy_old, ended) }
	/* Who was told to go answers who is queued yet (is_over). */
#ifndef BROKEN_TERM
	:: atomic { nempty(queue) && told > 0 ->
		serve(told, hurried_leaving, ended_leaving) }
	:: atomic { empty(queue) && told > 0 -> told--; ended_leaving++ }
#else
	:: atomic { told > 0 -> assert(empty(queue)); told--; ended_leaving++ }
#endif
	:: atomic { hurried > 0 -> hurried--; ended++ }
	:: atomic { hurried_leaving > 0 -> hurried_leaving--; ended_leaving++ }
	od
}

active proctype Pool()
{
	/* begin, fill, start */
	idle = 1;
end:
	do
	/* reap, crew_bury */
	:: atomic { ended > 0 -> ended-- }
	:: atomic { ended_leaving > 0 -> ended_leaving-- }
	/* fill, start */
	:: atomic { (state == RUNNING || state == STOPPING) &&
		STAYING < wanted && ALIVE < WORKERS -> idle++ }
	/* look, grow_or_hurry */
	:: atomic { state == RUNNING && nempty(queue) && STAYING >= wanted &&
		idle + idle_old == 0 && wanted + GOING < WORKERS -> wanted++ }
	:: atomic { state == RUNNING && nempty(queue) &&
		idle + idle_old == 0 && DAWDLED > 0 &&
		(wanted + GOING >= WORKERS || ALIVE >= WORKERS) -> hurry() }
	/* shrink: the extra ones go */
	:: atomic { state == RUNNING && empty(queue) && wanted > LEAST ->
		wanted = LEAST; let_go(LEAST) }
	/* tend, once; come_back_if_asked */
	:: atomic { state == RUNNING && may_leave && empty(queue) ->
		may_leave = false; state = LEAVING; is_replacing = false;
		is_trial = false; let_go(0) }
	:: atomic { state == LEAVING && nempty(queue) -> state = RUNNING }
#ifdef BROKEN_LEAVE
	:: atomic { state == LEAVING && ALIVE == 0 ->
#else
	:: atomic { state == LEAVING && ALIVE == 0 && empty(queue) ->
#endif
		assert(empty(queue));
		state = OVER }
	/* replace at SIGHUP, once; try_replacing starts the first */
	:: atomic { state == RUNNING && may_hup ->
		may_hup = false; is_trial = true;
		idle_old = idle_old + idle; busy_old = busy_old + busy;
		idle = 1; busy = 0 }
	/* ... which has lived for TRIAL_MS, or answered; or has failed */
	:: atomic { is_trial -> is_trial = false; is_replacing = true }
	:: atomic { is_trial && idle > 0 -> is_trial = false; idle--; ended++ }
	/* replace_one: who waits, or if there is room who has a client */
	:: atomic { state == RUNNING && is_replacing && idle_old > 0 ->
		idle_old--; told++;
		if
		:: STAYING < wanted -> idle++
		:: else
		fi }
	:: atomic { state == RUNNING && is_replacing && busy_old > 0 &&
		ALIVE < WORKERS ->
		busy_old--; busy_leaving++;
		if
		:: STAYING < wanted -> idle++
		:: else
		fi }
	:: atomic { is_replacing && idle_old + busy_old == 0 ->
		is_replacing = false }
	/* on_signal at SIGTERM, once */
	:: atomic { (state == RUNNING || state == LEAVING) && may_stop ->
		may_stop = false; state = STOPPING; hurry() }
	/* crew_tend, each second; then end_if_served, leave_at_once */
	:: atomic { state == STOPPING && nempty(queue) && DAWDLED > 0 ->
		hurry() }
	:: atomic { state == STOPPING ->
		state = ENDING; is_trial = false; is_replacing = false;
		let_go(0); hurry() }
	:: atomic { state == ENDING && ALIVE == 0 -> state = OVER }
	/* Whoever has the socket, such as systemd, starts it for who comes. */
	:: atomic { state == OVER && nempty(queue) ->
		state = RUNNING; wanted = LEAST; idle = 1 }
	od
}

active proctype Clients()
{
	byte dawdlers;
	bool is_sent;

	do
	:: !is_sent -> atomic { queue ! HONEST; is_sent = true }
	:: dawdlers < DAWDLERS -> atomic { queue ! STOPPED; dawdlers++ }
	:: is_sent && dawdlers == DAWDLERS -> break
	od
}

/* No connection is lost, none waits for ever beside a dawdler. */
ltl served { <> is_answered }
/* It ends when it is told to. */
ltl ends { [] (state == STOPPING -> <> (state == OVER)) }
