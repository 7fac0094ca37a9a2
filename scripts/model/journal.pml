/*
 * A journalled step over record, branch and worktree: `berth new`, then `berth destroy --cleanup --delete-branch`, each
 * of which may be killed between any two writes, with a person who works in the worktree at any moment and a
 * `berth doctor --fix` that comes whenever nobody is at work. Each transition names the function that it stands for.
 *
 * Held: a person's work is never gone; nothing stays half made or half destroyed that doctor cannot tell and mend.
 */
mtype = { none, making, destroying };

bool record = false;     /* the session's record */
mtype journal = none;    /* what it says is under way */
bool worktree = false;
bool aside = false;      /* it is out of its place, where nobody finds it */
bool branch = false;
bool archived = false;
bool work = false;       /* somebody's uncommitted work in the worktree */
bool made = false;       /* somebody did work there */
bool atwork = false;     /* a berth is alive that has begun a step */
byte killed = 0;

#define MAY_DIE if :: killed < 2 -> atomic { killed++; atwork = false; goto gone } :: true fi

/* removeWorktree in its place: git refuses what is dirty, looking and removing in one */
inline removeWorktree() {
	atomic {
#ifdef FORCE_ALWAYS
		if :: worktree -> worktree = false; work = false :: else fi
#else
		if :: worktree && !work -> worktree = false :: else fi
#endif
	}
}

/* outOfTheWay, and removeWorktree, which git is told to do whatever is there by then */
inline removeAside() {
#ifndef LOOK_IN_PLACE
	aside = true;                         /* moveAside */
	MAY_DIE;
#endif
	if
	:: work -> aside = false; removeWorktree() /* isUntouched says no: putBack, and git looks itself */
	:: !work ->
		MAY_DIE;
		atomic { worktree = false; aside = false; work = false }
	fi
}

proctype new() {
	atomic { (!atwork && !record && !archived); atwork = true };
	/* makeSession: the record with its journal comes first */
#ifndef JOURNAL_LATE
	atomic { record = true; journal = making };
	MAY_DIE;
#endif
	branch = true;      /* createBranch */
	MAY_DIE;
	worktree = true;    /* addWorktree */
	MAY_DIE;
#ifdef JOURNAL_LATE
	atomic { record = true; journal = making };
	MAY_DIE;
#endif
	journal = none;     /* finish */
	atwork = false;
gone:
	skip
}

proctype destroy() {
	bool clean = false;
	atomic { (!atwork && record && journal == none); atwork = true };
	/* planDestroy: work at risk is refused */
	atomic { if :: work -> atwork = false; goto gone :: else fi };
	journal = destroying;                 /* destroySession */
	MAY_DIE;
	if
	:: removeWorktree()                   /* where our own look could not tell */
	:: removeAside()
	fi;
	MAY_DIE;
	if
	:: worktree -> journal = none; atwork = false; goto gone /* git refused: isWhole, nothing was done */
	:: else
	fi;
	branch = false;                       /* deleteBranch */
	MAY_DIE;
	archived = true;                      /* archiveLocked: link, then unlink */
	MAY_DIE;
	atomic { record = false; journal = none };
	atwork = false;
gone:
	skip
}

/* Somebody edits a file at any moment while there is a worktree in its place. */
proctype person() {
	if
	:: atomic { worktree && !aside && record && journal != making -> work = true; made = true }
	:: true
	fi
}

/* recover, under the workspace's lock, only where nobody is at work */
proctype doctor() {
	do
	:: atomic { (!atwork); atwork = true };
		if
		:: record && archived -> atomic { record = false; journal = none }      /* archive: its second write */
		:: record && !archived && journal == making ->                          /* recoverNew */
			if
			:: worktree -> journal = none                                       /* finished */
			:: !worktree -> branch = false; atomic { record = false; journal = none } /* undone */
			fi
		:: record && !archived && journal == destroying ->                      /* recoverDestroy */
#ifndef FORGET_RECOVERY
#ifndef FORGET_ASIDE
			aside = false;                                                      /* putBack */
#endif
			if
			:: !aside -> removeWorktree()
			:: else                                                             /* nothing is in its place */
			fi;
			if
			:: worktree && !aside -> journal = none                             /* work in it: left alone */
			:: else -> branch = false; archived = true; atomic { record = false; journal = none }
			fi
#else
			journal = none
#endif
		:: else
		fi;
		atwork = false;
		break
	od
}

init {
	atomic { run new(); run destroy(); run person() };
	/* A destruction may begin after the first doctor, and be killed after it is through: so another one. */
	(_nr_pr == 1 || timeout);
	run doctor();
	(_nr_pr == 1 || timeout);
	run doctor();
	(_nr_pr == 1 || timeout);
	/* whole, undone, or destroyed to the end */
	assert(journal == none);
	assert(!(record && archived));
	assert(!record || (branch && worktree && !aside));
	assert(record || (!branch && !worktree));
	assert(!made || work)
}
