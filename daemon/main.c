/* tugid starts here; everything else is in command.c, so that tests reach it. */
#include "daemon/command.h"

int
main(int argc, char **argv)
{
	return command_run(argc, argv);
}
