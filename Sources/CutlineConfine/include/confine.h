#ifndef CUTLINE_CONFINE_H
#define CUTLINE_CONFINE_H

#include <stddef.h>
#include <sys/types.h>

// What Swift cannot import: macros, and functions with any number of arguments. All of them return -1 and set errno where they fail.

/// Sends `count` bytes at once, with descriptors beside the first of them.
ssize_t cutline_send(int socket, const void *bytes, size_t count, const int *descriptors, int number);

/// Receives up to `room` bytes, and up to `most` descriptors, which a program that is started does not inherit. `*number` says how many came.
ssize_t cutline_receive(int socket, void *bytes, size_t room, int *descriptors, int most, int *number);

/// Closes `first` and every descriptor above it.
void cutline_close_from(int first);

/// A file without a name in `folder`, open to read and write.
int cutline_nameless_file(const char *folder);

/// Takes from this process, with all its threads and for good, what a decoder never needs: opening files, sockets, starting programs.
int cutline_confine(void);

#endif
