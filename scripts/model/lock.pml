/*
 * The life of a lock file: three processes that change one record under it, any of which may be killed between any two
 * calls, and may throw the lock file away when it is done. Each transition names the function that it stands for.
 *
 * Held: never two in the lock; no change that was said to be done is lost; nobody is locked out for ever by a death.
 */
#define ROUNDS 2
#define FILES 5

byte path = 0;          /* the inode that the path leads to; 0: there is no file */
byte next = 1;          /* the next inode that the file system gives out */
byte owner[FILES];      /* who holds flock(2) of an inode; 0: nobody */
byte inside = 0;        /* how many are in the lock */
byte value = 0;         /* the record, as it is on disk */
byte done = 0;          /* changes that were said to be done */
byte unsure = 0;        /* changes of those who were killed before they could say so */
byte killed = 0;

/* kill -9: the kernel closes what was open, and with it the lock goes. */
inline die() {
	if
	:: owner[fd] == me -> owner[fd] = 0
	:: else
	fi;
	if
	:: here -> inside--; here = false
	:: else
	fi;
	killed++;
	goto gone
}

#define MAY_DIE if :: killed < 2 -> atomic { die() } :: true fi

proctype process(byte me) {
	byte fd = 0, read = 0, round = 0;
	bool here = false;
again:
	do
	:: round == ROUNDS -> break
	:: round < ROUNDS ->
		/* openLockFile: open(2) with O_CREAT, one step for the kernel */
		atomic {
			if
			:: path == 0 && next < FILES -> path = next; next++
			:: path == 0 && next == FILES -> goto gone /* out of inodes: the model's end, not the program's */
			:: else
			fi;
			fd = path
		}
		MAY_DIE;
		/* tryLock: flock(2) with LOCK_EX | LOCK_NB */
		atomic {
			if
			:: owner[fd] == 0 -> owner[fd] = me
			:: else -> goto again /* acquire: waits, opens anew */
			fi
		}
		MAY_DIE;
#ifndef NO_STAT
		/* inPlace: the path still leads to the inode that is open */
		atomic {
			if
			:: path != fd -> owner[fd] = 0; goto again
			:: else
			fi
		}
#endif
		atomic { inside++; here = true; assert(inside == 1) }
		/* updateSession: read under the lock */
		read = value;
		MAY_DIE;
#ifdef UNLOCK_BEFORE_WRITE
		atomic { owner[fd] = 0; inside--; here = false }
#endif
		/* replaceFile: the rename(2), after which the change is there */
		atomic { value = read + 1; unsure++ }
		MAY_DIE;
		if
		:: true ->
			/* discard: unlink(2) while it is held, and only then the unlock */
#ifdef UNLINK_AFTER_UNLOCK
			atomic { if :: here -> inside--; here = false :: else fi; owner[fd] = 0 };
			path = 0;
#else
			atomic { if :: here -> inside--; here = false :: else fi; path = 0 };
			MAY_DIE;
			atomic { if :: owner[fd] == me -> owner[fd] = 0 :: else fi }
#endif
		:: true ->
			/* release */
			atomic { if :: here -> inside--; here = false :: else fi; if :: owner[fd] == me -> owner[fd] = 0 :: else fi }
		fi;
		/* the answer is printed */
		atomic { done++; unsure-- };
		round++
	od;
gone:
	skip
}

init {
	atomic { run process(1); run process(2); run process(3) };
	(_nr_pr == 1);
	assert(value >= done && value <= done + unsure);
	/* A last one comes after all of them, and is let in. */
	assert(path == 0 || owner[path] == 0)
}
