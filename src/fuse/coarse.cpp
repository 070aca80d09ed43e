#include "fuse/coarse.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"

namespace mien {

namespace {
constexpr int kLargestLightCell = 16;  // cells of the network's maps that are averaged
}

Result<CoarseNet> CoarseNet::load(const ModelFolder& folder, const std::string& name, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, name, threads));
  const NetworkSpec& spec = net.spec();
  if (spec.outputs.size() != 2 || spec.input.channels != kCoarseChannels || spec.input.width != kCoarseSize ||
      spec.input.height != kCoarseSize) {
    return Status(Code::kModelRefused, "network " + name + ": the manifest must say " +
                                           std::to_string(kCoarseChannels) + " channels of " +
                                           std::to_string(kCoarseSize) + " x " + std::to_string(kCoarseSize) +
                                           " and 2 outputs");
  }
  MIEN_ASSIGN(const double light_cell, spec.parameter("light_cell"));
  if (!(light_cell >= 1 && light_cell <= kLargestLightCell && light_cell == std::floor(light_cell))) {
    return Status(Code::kModelRefused, "network " + name + ": light_cell is " + std::to_string(light_cell) +
                                           ", expected a whole number from 1 to " +
                                           std::to_string(kLargestLightCell));
  }
  CoarseNet out(std::move(net));
  out.light_cell_ = static_cast<int>(light_cell);
  return out;
}

Done CoarseNet::run(const CoarseScene& scene, CoarseScratch& scratch, NetScratch& net_scratch,
                    PlanarRgb* relit, Plane* alpha) const {
  make_coarse_input(scene, &scratch.input, &scratch.crop);
  const InputSpec& in = net_.spec().input;
  const std::size_t plane = static_cast<std::size_t>(kCoarseSize) * kCoarseSize;
  for (int c = 0; c < kCoarseChannels; ++c) {
    float* values = scratch.crop.input.channel(c);
    for (std::size_t i = 0; i < plane; ++i) values[i] = (values[i] - in.mean[c]) / in.std[c];
  }
  MIEN_TRY(net_.run(scratch.crop.input, scratch.outputs, net_scratch));
  const auto &gain_bias = scratch.outputs[0], &residual_alpha = scratch.outputs[1];
  if (gain_bias.channels != 6 || residual_alpha.channels != 4) {
    return Status(Code::kModelRefused,
                  "network " + net_.spec().name + " gives " + std::to_string(gain_bias.channels) + " and " +
                      std::to_string(residual_alpha.channels) + " channels, expected 6 and 4");
  }
  for (const Tensor& out : scratch.outputs) {
    if (!std::all_of(out.values.begin(), out.values.end(), [](float v) { return std::isfinite(v); })) {
      return Status(Code::kInternal, "network " + net_.spec().name + " gave a value that is not finite");
    }
  }
  read_coarse_output(gain_bias, residual_alpha, light_cell_, &scratch.answer);
  apply_coarse_answer(scratch.answer, scratch.crop.crop_from_canvas, scene.trust, relit, alpha);
  return {};
}

}  // namespace mien
