/* tugid starts here; everything else is in admin.c, so that tests reach it. */
#include "daemon/admin.h"

int
main(int argc, char **argv)
{
	return admin_run(argc, argv);
}
