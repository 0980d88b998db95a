#!/bin/sh
# Starts systemd as the first process of a root, in namespaces of its own, as a
# container does; the network is this machine's. Ends with what it started.
# usage: tests/packages/boot.sh ROOT
set -eu
root=$1
case ${2:-begin} in
begin)
	for unit in getty.target console-getty.service systemd-udevd.service \
	    systemd-networkd.service systemd-logind.service \
	    e2scrub_reap.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	group=/sys/fs/cgroup
	[ -d $group/unified ] && group=$group/unified
	group=$group/tugi-packages-$$
	mkdir "$group"
	export group
	exec unshare -m -p -f --kill-child -u -i "$0" "$root" group
	;;
group) # its own place in the tree of processes, then the tree begins there
	echo 0 >"$group/cgroup.procs"
	exec unshare -C "$0" "$root" root
	;;
root)
	mount --make-rprivate /
	mount --bind "$root" "$root"
	cd "$root"
	mount -t proc proc proc
	mount -t sysfs -o ro sysfs sys
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs dev
	mkdir dev/shm dev/pts
	for n in null zero full random urandom tty; do
		: >dev/$n
		mount --bind /dev/$n dev/$n
	done
	mount -t tmpfs -o mode=1777 tmpfs dev/shm
	mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
	ln -s pts/ptmx dev/ptmx
	mount -t tmpfs -o mode=755 tmpfs run
	mount -t tmpfs -o mode=1777 tmpfs tmp
	pivot_root . mnt
	exec chroot . /usr/bin/env -i container=tugi \
	    PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c \
	    'umount -l /mnt && exec /lib/systemd/systemd --unit=multi-user.target'
	;;
esac
