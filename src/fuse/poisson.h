// Poisson image editing (Perez, Gangnet and Blake 2003): the source's gradients, fitted to the target's
// colours at the border.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "fuse/multigrid.h"

namespace mien {

enum class Gradients {
  kSource,  // the source's
  kMixed,   // per pair of pixels and channel whichever is larger, the source's or the target's
};

// Masks have the pictures' size; a pixel belongs to one when its value is above 0.5.
struct PoissonProblem {
  const Plane* domain = nullptr;  // pixels to be solved for; those around them give the border's colours
  // Known pixels whose colour counts at the border; null: all. Others (hair before the face) neither pull nor
  // are changed.
  const Plane* border = nullptr;
  // Pixels whose gradients to the right and down are the source's; the rest of the domain has the target's.
  // null: all.
  const Plane* own = nullptr;
  Gradients gradients = Gradients::kSource;
  // More is more accurate, and slower. Errors are below 1/255 on average and 3/255 at most with 1 for kSource
  // without `own`, with 2 for kMixed, with 3 in all cases.
  int cycles = 1;
  // Pixels outside of the domain that stay as they are in `picture`; null: none.
  const Plane* keep = nullptr;
  const Plane* mixed = nullptr;  // for kMixed: pairs with both pixels here may take the target's; null: all
};

struct PoissonScratch {
  Multigrid multigrid;
  std::size_t bytes() const { return multigrid.bytes(); }
};

// In the domain `picture` (the source, aligned with the target) gets the solution, elsewhere the target's
// pixels (but see `keep`); values may leave 0..255. At the pictures' own borders nothing is known, so nothing
// pulls there. A domain without any border keeps the source as it is.
void poisson_clone(const PlanarRgb& target, const PoissonProblem& problem, PoissonScratch* scratch,
                   PlanarRgb* picture);

}  // namespace mien
