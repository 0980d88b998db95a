#!/usr/bin/perl
# What a process may do where it runs: an "ok" or "no" for each attempt. Run
# once by root in the open, where everything must go, or the attempts prove
# nothing, and once in the hub's unit, where nothing of it may.
use strict;
use warnings;
use Socket;
use Config;

my $data = '/var/lib/tugid';
sub answer { print $_[0] ? 'ok' : 'no', " $_[1]\n" }
sub writes { my $f = $_[0] . '/probe'; my $ok = open(my $h, '>', $f);
	if ($ok) { close $h; unlink $f } answer($ok, "write in $_[0]") }
sub reads { answer(scalar(open(my $h, '<', $_[0])), "read $_[0]") }

$| = 1;
writes($_) for '/etc', '/usr', '/var/lib', '/home/liis', '/boot', '/root';
reads($_) for '/home/liis/.profile', '/etc/shadow', '/proc/kmsg',
    '/proc/sys/kernel/hostname', '/proc/1/environ';
answer(scalar(socket(my $a, 17, SOCK_RAW, 0)), 'open a packet socket');
answer(scalar(socket(my $b, 16, SOCK_RAW, 0)), 'open a netlink socket');
answer(chmod(04755, "$data/suid"), 'make a set-user-id file')
    if open(my $h, '>', "$data/suid");
unlink "$data/suid";
# ${call}: numbers of x86_64; 0 and more: it went.
if ($Config{archname} =~ /^x86_64/) {
	my %call = (
		'begin a user namespace' => [272, 0x10000000],
		'begin a mount namespace' => [272, 0x20000],
		'trace itself' => [101, 0, 0, 0, 0],
		'memory to write and run' => [9, 0, 4096, 7, 0x22, -1, 0],
		'change its root' => [161, '/'],
		'name the machine' => [170, 'probe', 5],
		'become another user' => [105, 65534],
	);
	for my $what (sort keys %call) {
		my $pid = fork();
		if ($pid == 0) {
			exit(syscall($call{$what}[0],
			    @{$call{$what}}[1 .. $#{$call{$what}}]) == -1);
		}
		waitpid($pid, 0);
		answer($? == 0, $what);
	}
}
# This alone must go everywhere.
writes($data);
