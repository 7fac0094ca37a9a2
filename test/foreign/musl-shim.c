/*
 * What Debian's libstdc++, made for glibc, asks of a C library and musl does not have. Enough for our program:
 * it is single-threaded where it looks, and no exception crosses this library.
 */
#include <sys/random.h>

char __libc_single_threaded;

int _dl_find_object(void *address, void *result) {
    (void)address;
    (void)result;
    return -1;
}

unsigned int arc4random(void) {
    unsigned int number = 0;
    getrandom(&number, sizeof number, 0);
    return number;
}
