#include "fuse/refine.h"

#include "core/try.h"

namespace mien {
namespace {

constexpr int kSizeStep = 32;  // the network halves its picture five times

}  // namespace

int refine_size(const Mesh& fused) {
  return kCoarseSpan * level_square(fused).side_px > kRefineLargeFrom * kRefineSize ? kRefineLargeSize
                                                                                    : kRefineSize;
}

Result<RefineNet> RefineNet::load(const ModelFolder& folder, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, "refine", threads));
  MIEN_TRY(check_coarse_shape(net.spec(), kRefineSize, 1));
  MIEN_ASSIGN(const float kept, residual_kept_of(net.spec()));
  return RefineNet(std::move(net), kept);
}

Done RefineNet::run(const CoarseScene& scene, int size, CoarseScratch& scratch, NetScratch& net_scratch,
                    PlanarRgb* relit, Plane* alpha) const {
  if (size < kSizeStep || size % kSizeStep != 0) {
    return Status(Code::kInternal, "network refine was asked to look at " + std::to_string(size) +
                                       " pixels, expected a multiple of " + std::to_string(kSizeStep));
  }
  make_coarse_input(scene, &scratch.input, &scratch.crop, size);
  Tensor& out = scratch.outputs[0];
  MIEN_TRY(ask_coarse_network(net_, {&out, 1}, &scratch.crop.input, net_scratch));
  if (out.channels != 2 || out.width != size || out.height != size) {
    return Status(Code::kModelRefused, "network refine gives " + std::to_string(out.channels) +
                                           " channels of " + std::to_string(out.width) + " x " +
                                           std::to_string(out.height) + ", expected 2 of " +
                                           std::to_string(size) + " x " + std::to_string(size));
  }
  read_refine_output(out, size, residual_kept_, &scratch.answer);
  apply_coarse_answer(scratch.answer, scratch.crop.crop_from_canvas, scene.trust, relit, alpha);
  return {};
}

}  // namespace mien
