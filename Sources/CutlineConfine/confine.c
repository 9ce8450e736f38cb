#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 4 };

ssize_t cutline_send(int socket, const void *bytes, size_t count, const int *descriptors, int number) {
    char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)] = {0};
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (number > MOST_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (number > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * number);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * number);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * number);
    }
#ifdef MSG_NOSIGNAL
    return sendmsg(socket, &message, MSG_NOSIGNAL);
#else
    return sendmsg(socket, &message, 0);
#endif
}

ssize_t cutline_receive(int socket, void *bytes, size_t room, int *descriptors, int most, int *number) {
    char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)] = {0};
    struct iovec piece = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
#ifdef MSG_CMSG_CLOEXEC
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
#else
    ssize_t count = recvmsg(socket, &message, 0);
#endif
    *number = 0;
    if (count < 0) return count;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int came = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int index = 0; index < came; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + sizeof(int) * index, sizeof descriptor);
            if (*number < most) descriptors[(*number)++] = descriptor;
            else close(descriptor);
        }
    }
    return count;
}

int cutline_nameless_file(const char *folder) {
#ifdef O_TMPFILE
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) return file;
#endif
    // Older file systems: it has a name for a moment.
    char path[4096];
    if (snprintf(path, sizeof path, "%s/cutline-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int named = mkstemp(path);
    if (named < 0) return -1;
    unlink(path);
    fcntl(named, F_SETFD, FD_CLOEXEC);
    return named;
}

#ifdef __linux__

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

void cutline_close_from(int first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    for (int descriptor = first; descriptor < most && descriptor < 65536; descriptor++) close(descriptor);
}

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static const int refused[] = {
#ifdef SYS_open
    SYS_open,
#endif
#ifdef SYS_creat
    SYS_creat,
#endif
#ifdef SYS_fork
    SYS_fork,
#endif
#ifdef SYS_vfork
    SYS_vfork,
#endif
#ifdef SYS_unlink
    SYS_unlink,
#endif
#ifdef SYS_rmdir
    SYS_rmdir,
#endif
#ifdef SYS_rename
    SYS_rename,
#endif
#ifdef SYS_link
    SYS_link,
#endif
#ifdef SYS_symlink
    SYS_symlink,
#endif
#ifdef SYS_mkdir
    SYS_mkdir,
#endif
#ifdef SYS_chmod
    SYS_chmod,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_openat2
    SYS_openat2,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
#endif
    SYS_openat,      SYS_open_by_handle_at, SYS_socket,    SYS_socketpair, SYS_connect,          SYS_bind,
    SYS_listen,      SYS_execve,            SYS_execveat,  SYS_ptrace,     SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_kill,        SYS_tkill,             SYS_unlinkat,  SYS_renameat2,  SYS_linkat,           SYS_symlinkat,
    SYS_mkdirat,     SYS_mknodat,           SYS_fchmodat,  SYS_fchownat,   SYS_bpf,              SYS_perf_event_open,
    SYS_mount,       SYS_umount2,           SYS_chroot,    SYS_unshare,    SYS_setns,            SYS_keyctl,
    SYS_add_key,     SYS_request_key,       SYS_userfaultfd, SYS_init_module, SYS_kexec_load,
};

int cutline_confine(void) {
#if defined(ARCHITECTURE) && defined(SYS_seccomp)
    enum { COUNT = sizeof refused / sizeof refused[0] };
    struct sock_filter program[COUNT + 8];
    int place = 0;
    program[place++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    program[place++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    // Numbers from here on are those of x32.
    program[place++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    for (int index = 0; index < COUNT; index++) {
        // To the last line but one's refusal.
        program[place++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refused[index], COUNT - index, 0);
    }
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    struct sock_fprog whole = {.len = (unsigned short)place, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &whole);
#else
    errno = ENOSYS;
    return -1;
#endif
}

#else

void cutline_close_from(int first) {
    for (int descriptor = first; descriptor < 1024; descriptor++) close(descriptor);
}

int cutline_confine(void) {
    errno = ENOTSUP;
    return -1;
}

#endif
