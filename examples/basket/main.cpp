#include "basket/basket.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(
        argc, argv,
        {.name = "basket",
         .summary = "Keeps what each basket holds while its lines are added, changed, moved and removed.",
         .topology = basket,
         .sample = {{"basket_lines", "line-1", R"({"basket":"ann","item":"apple","quantity":3,"cents":20})"},
                    {"basket_lines", "line-2", R"({"basket":"ann","item":"pear","quantity":1,"cents":50})"},
                    {"basket_lines", "line-2", R"({"basket":"bob","item":"pear","quantity":2,"cents":50})"}},
         .outputs = {{"baskets"}}});
}
