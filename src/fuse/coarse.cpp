#include "fuse/coarse.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"

namespace mien {

namespace {
constexpr int kLargestLightCell = 16;  // cells of the network's maps that are averaged
}

Done check_coarse_shape(const NetworkSpec& spec, int size, std::size_t outputs) {
  const InputSpec& in = spec.input;
  if (spec.outputs.size() == outputs && in.channels == kCoarseChannels && in.width == size &&
      in.height == size)
    return {};
  const auto shape = [](int channels, int width, int height, std::size_t count) {
    return std::to_string(channels) + " channels of " + std::to_string(width) + " x " +
           std::to_string(height) + " and " + std::to_string(count) + (count == 1 ? " output" : " outputs");
  };
  return Status(Code::kModelRefused, "network " + spec.name + ": the manifest says " +
                                         shape(in.channels, in.width, in.height, spec.outputs.size()) +
                                         ", expected " + shape(kCoarseChannels, size, size, outputs));
}

Result<float> residual_kept_of(const NetworkSpec& spec) {
  MIEN_ASSIGN(const double kept, spec.parameter("residual_kept"));
  if (!(kept >= 0 && kept <= 1)) {
    return Status(Code::kModelRefused, "network " + spec.name + ": residual_kept is " + std::to_string(kept) +
                                           ", expected a number from 0 to 1");
  }
  return static_cast<float>(kept);
}

Done ask_coarse_network(const Net& net, std::span<Tensor> outputs, Tensor* input, NetScratch& scratch) {
  const InputSpec& in = net.spec().input;
  const std::size_t plane = static_cast<std::size_t>(input->width) * input->height;
  for (int c = 0; c < kCoarseChannels; ++c) {
    float* values = input->channel(c);
    for (std::size_t i = 0; i < plane; ++i) values[i] = (values[i] - in.mean[c]) / in.std[c];
  }
  MIEN_TRY(net.run(*input, outputs, scratch));
  for (const Tensor& out : outputs) {
    if (!std::all_of(out.values.begin(), out.values.end(), [](float v) { return std::isfinite(v); })) {
      return Status(Code::kInternal, "network " + net.spec().name + " gave a value that is not finite");
    }
  }
  return {};
}

Result<CoarseNet> CoarseNet::load(const ModelFolder& folder, const std::string& name, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, name, threads));
  const NetworkSpec& spec = net.spec();
  MIEN_TRY(check_coarse_shape(spec, kCoarseSize, 2));
  MIEN_ASSIGN(const double light_cell, spec.parameter("light_cell"));
  if (!(light_cell >= 1 && light_cell <= kLargestLightCell && light_cell == std::floor(light_cell))) {
    return Status(Code::kModelRefused, "network " + name + ": light_cell is " + std::to_string(light_cell) +
                                           ", expected a whole number from 1 to " +
                                           std::to_string(kLargestLightCell));
  }
  MIEN_ASSIGN(const float kept, residual_kept_of(spec));
  CoarseNet out(std::move(net));
  out.limits_ = {static_cast<int>(light_cell), kept};
  return out;
}

Done CoarseNet::run(const CoarseScene& scene, CoarseScratch& scratch, NetScratch& net_scratch,
                    PlanarRgb* relit, Plane* alpha) const {
  make_coarse_input(scene, &scratch.input, &scratch.crop);
  MIEN_TRY(ask_coarse_network(net_, scratch.outputs, &scratch.crop.input, net_scratch));
  const auto &gain_bias = scratch.outputs[0], &residual_alpha = scratch.outputs[1];
  if (gain_bias.channels != 6 || residual_alpha.channels != 4) {
    return Status(Code::kModelRefused,
                  "network " + net_.spec().name + " gives " + std::to_string(gain_bias.channels) + " and " +
                      std::to_string(residual_alpha.channels) + " channels, expected 6 and 4");
  }
  if (gain_bias.width != gain_bias.height || gain_bias.width < 1 || kCoarseSize % gain_bias.width != 0) {
    return Status(Code::kModelRefused, "network " + net_.spec().name + " gives maps of light of " +
                                           std::to_string(gain_bias.width) + " x " +
                                           std::to_string(gain_bias.height) +
                                           " cells, expected a square that " + std::to_string(kCoarseSize) +
                                           " cells are a multiple of");
  }
  const float* mask = scratch.crop.input.channel(static_cast<int>(CoarseChannel::kAlpha));
  read_coarse_output(gain_bias, residual_alpha, mask, limits_, &scratch.answer);
  apply_coarse_answer(scratch.answer, scratch.crop.crop_from_canvas, scene.trust, relit, alpha);
  return {};
}

}  // namespace mien
