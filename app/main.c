/* main.c - argv in, exit status out */
#include "app/app.h"

int main(int argc, char **argv)
{
    return reel_app_main(argc, argv);
}
