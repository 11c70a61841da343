# A view of a directory in which entries that others make are seen some seconds late, as through the caches of a network
# file system. What is made through this view is seen at once, and an exclusive creation fails where there is an entry,
# seen or not, as the server of such a file system decides on it.
# Usage: /usr/bin/python3 late_files.py DIRECTORY MOUNTPOINT SECONDS
import errno
import os
import sys
import time

from fusepy import FUSE, FuseOSError, Operations


class LateFiles(Operations):
    def __init__(self, directory, seconds):
        self.directory = directory
        self.seconds = seconds
        self.seen = set()

    def real(self, path):
        return os.path.join(self.directory, path.lstrip("/"))

    def facts(self, path):
        facts = os.lstat(self.real(path))
        if path != "/" and path not in self.seen:
            # Each directory has a cache of its own: what was made first need not be seen first.
            late = self.seconds / 10 if "/slurm/" in path else self.seconds
            if time.time() - facts.st_ctime < late:
                raise FuseOSError(errno.ENOENT)
            self.seen.add(path)
        return facts

    def getattr(self, path, fh=None):
        facts = self.facts(path)
        names = ("st_ino", "st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_blocks")
        return {name: getattr(facts, name) for name in names}

    def readdir(self, path, fh):
        yield "."
        yield ".."
        for name in os.listdir(self.real(path)):
            try:
                self.facts(os.path.join(path, name))
            except (FuseOSError, FileNotFoundError):
                continue
            yield name

    def statfs(self, path):
        facts = os.statvfs(self.real(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize", "f_namemax")
        return {name: getattr(facts, name) for name in names}

    def made(self, path, _=None):
        self.seen.add(path)

    def mkdir(self, path, mode):
        self.made(path, os.mkdir(self.real(path), mode))

    def symlink(self, target, source):
        self.made(target, os.symlink(source, self.real(target)))

    def link(self, target, source):
        self.made(target, os.link(self.real(source), self.real(target)))

    def rename(self, old, new):
        self.made(new, os.rename(self.real(old), self.real(new)))

    def unlink(self, path):
        self.seen.discard(path)
        os.unlink(self.real(path))

    def rmdir(self, path):
        self.seen.discard(path)
        os.rmdir(self.real(path))

    def readlink(self, path):
        return os.readlink(self.real(path))

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.real(path), uid, gid, follow_symlinks=False)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times, follow_symlinks=False)

    def create(self, path, mode, fi):
        fi.fh = os.open(self.real(path), (fi.flags & ~os.O_APPEND) | os.O_CREAT, mode)
        self.made(path)
        return 0

    def open(self, path, fi):
        fi.fh = os.open(self.real(path), fi.flags & ~(os.O_APPEND | os.O_CREAT | os.O_EXCL))
        return 0

    def read(self, path, size, offset, fi):
        return os.pread(fi.fh, size, offset)

    def write(self, path, data, offset, fi):
        return os.pwrite(fi.fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(self.real(path), length)

    def fsync(self, path, datasync, fi):
        os.fsync(fi.fh)

    def release(self, path, fi):
        os.close(fi.fh)


directory, mountpoint, seconds = sys.argv[1:]
fresh = {"attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0}
FUSE(LateFiles(directory, float(seconds)), mountpoint, foreground=True, raw_fi=True, allow_other=True, use_ino=True, default_permissions=True, **fresh)
