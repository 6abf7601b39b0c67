#include "page_views_by_region/page_views_by_region.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "page_views_by_region", page_views_by_region); }
