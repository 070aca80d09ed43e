#include "model/net.h"

#include <datareader.h>  // ncnn
#include <net.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "core/try.h"

namespace mien {

struct NetScratch::Allocators {
  ncnn::UnlockedPoolAllocator blobs;
  ncnn::PoolAllocator workspace;  // may be used by the runtime's own threads
  const void* last = nullptr;     // the network that ran last: another one's blocks have other sizes

  void begin(const void* network) {
    if (last != network) blobs.clear(), workspace.clear();
    last = network;
  }
};

NetScratch::NetScratch() : allocators_(std::make_unique<Allocators>()) {}
NetScratch::~NetScratch() = default;
NetScratch::NetScratch(NetScratch&&) noexcept = default;
NetScratch& NetScratch::operator=(NetScratch&&) noexcept = default;

struct Net::Runtime {
  ncnn::Net net;
};

namespace {

// Lets ncnn copy what it needs: its own reader of memory would make the network refer to the file's bytes for
// ever. Of a text it hands a word's worth at a time to sscanf, which looks for the end of what it is given
// each time: with the whole file there, reading it would take time that grows with the square of its length.
class BytesReader : public ncnn::DataReader {
 public:
  explicit BytesReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  int scan(const char* format, void* to) const override {
    constexpr std::size_t kLongest = 512;  // of a word and the blanks before it; ncnn's own limit is 256
    std::array<char, kLongest + 1> window;
    const std::size_t count = std::min(kLongest, bytes_.size() - at_);
    if (count > 0) std::memcpy(window.data(), bytes_.data() + at_, count);
    window[count] = '\0';
    int consumed = 0;
    const std::string counting = std::string(format) + "%n";
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): ncnn's own formats
    const int found = std::sscanf(window.data(), counting.c_str(), to, &consumed);
    at_ += static_cast<std::size_t>(consumed);
    return found;
  }
  std::size_t read(void* to, std::size_t size) const override {
    const std::size_t count = std::min(size, bytes_.size() - at_);
    if (count > 0) std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  mutable std::size_t at_ = 0;  // the interface is const
};

}  // namespace

Net::Net() : runtime_(std::make_unique<Runtime>()) {}
Net::~Net() = default;
Net::Net(Net&&) noexcept = default;
Net& Net::operator=(Net&&) noexcept = default;

Result<Net> Net::load(const ModelFolder& folder, const std::string& name, int threads) {
  MIEN_ASSIGN(const NetworkSpec* spec, folder.network(name));
  MIEN_ASSIGN(const std::vector<std::uint8_t> param, folder.read(name, spec->param));
  Net out;
  out.spec_ = *spec;
  Runtime& runtime = *out.runtime_;
  MIEN_ASSIGN(const std::vector<std::uint8_t> weights, folder.read(name, spec->weights));
  runtime.net.opt.num_threads = threads;
  runtime.net.opt.use_vulkan_compute = false;
  runtime.net.opt.lightmode = true;
  // The largest Winograd tiles keep seven times the weights in memory, and these small networks are no faster
  // with them.
  runtime.net.opt.use_winograd63_convolution = false;
  runtime.net.opt.use_winograd43_convolution = true;
  if (runtime.net.load_param(BytesReader(param)) != 0) {
    return Status(Code::kModelRefused,
                  "network " + name + ": ncnn refuses " + spec->param.path +
                      "; it may need a layer that this build of ncnn lacks (cmake/ncnn_layers.txt)");
  }
  if (runtime.net.load_model(BytesReader(weights)) != 0) {
    return Status(Code::kModelRefused,
                  "network " + name + ": " + spec->weights.path + " does not fit " + spec->param.path);
  }
  return out;
}

Done Net::run(const Tensor& input, std::span<Tensor> outputs, NetScratch& scratch) const {
  if (outputs.size() != spec_.outputs.size() || input.channels != spec_.input.channels) {
    return Status(Code::kInternal, "network " + spec_.name + " was called with " +
                                       std::to_string(outputs.size()) + " outputs and " +
                                       std::to_string(input.channels) + " channels");
  }
  scratch.allocators_->begin(runtime_.get());
  ncnn::Extractor extractor = runtime_->net.create_extractor();
  extractor.set_blob_allocator(&scratch.allocators_->blobs);
  extractor.set_workspace_allocator(&scratch.allocators_->workspace);
  ncnn::Mat in(input.width, input.height, input.channels, std::size_t{sizeof(float)},
               &scratch.allocators_->blobs);
  const std::size_t plane = static_cast<std::size_t>(input.width) * input.height;
  for (int c = 0; c < input.channels; ++c)
    std::memcpy(in.channel(c), input.channel(c), plane * sizeof(float));
  if (extractor.input(spec_.input.name.c_str(), in) != 0) {
    return Status(Code::kModelRefused,
                  "network " + spec_.name + " has no input '" + spec_.input.name + "' as the manifest says");
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    ncnn::Mat out;
    if (extractor.extract(spec_.outputs[i].c_str(), out) != 0 || out.empty()) {
      return Status(Code::kModelRefused, "network " + spec_.name + " gives no output '" + spec_.outputs[i] +
                                             "' as the manifest says");
    }
    outputs[i].resize(out.c, out.h, out.w);
    for (int c = 0; c < out.c; ++c) {
      std::memcpy(outputs[i].channel(c), out.channel(c),
                  static_cast<std::size_t>(out.h) * out.w * sizeof(float));
    }
  }
  return {};
}

}  // namespace mien
