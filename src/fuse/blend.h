// How the fused face joins the target: ways to change its pixels so that laying them over the target with
// their mask leaves no seam.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/resample.h"
#include "fuse/poisson.h"
#include "mien/engine.h"

namespace mien {

struct BlendScratch {
  PoissonScratch poisson;
  Plane domain, border, keep;
  // Multiband: halving sizes of the difference to the target (one channel) and of the mask.
  std::vector<Plane> differences, known, masks;
  Plane enlarged, sum;
};

// alpha: the face's mask, 0..1 (times strength). border: above 0.5 where the target's own skin is seen and
// covered by the mesh, so that its colour may be carried inward. `alpha` and `fused` are changed where alpha
// > 0 only.
//   kAlpha      nothing to do: the mask's feather blends
//   kPoisson    the fused face's gradients, fitted to the target's colours around the mask
//   kMixed      the same with the target's gradients where they are larger
//   kMultiband  Burt and Adelson 1983: coarse scales are blended over wide bands, fine ones over narrow ones
void blend_into(BlendMode mode, const PlanarRgb& target, const Plane& border, float strength,
                BlendScratch* scratch, Plane* alpha, PlanarRgb* fused);

}  // namespace mien
