// One network at run time: the only place that knows ncnn.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/manifest.h"

namespace mien {

// A dense float tensor, channels x height x width, rows packed.
struct Tensor {
  int channels = 0, height = 0, width = 0;
  std::vector<float> values;

  void resize(int c, int h, int w) {
    channels = c, height = h, width = w;
    values.resize(static_cast<std::size_t>(c) * h * w);
  }
  float* channel(int c) { return values.data() + static_cast<std::size_t>(c) * height * width; }
  const float* channel(int c) const { return values.data() + static_cast<std::size_t>(c) * height * width; }
};

// Memory that one thread lends to the networks it runs; keeps freed blocks for the next run.
class NetScratch {
 public:
  NetScratch();
  ~NetScratch();
  NetScratch(NetScratch&&) noexcept;
  NetScratch& operator=(NetScratch&&) noexcept;

 private:
  friend class Net;
  struct Allocators;
  std::unique_ptr<Allocators> allocators_;
};

// Weights of one network; const after loading, shared between threads.
class Net {
 public:
  // Checks size and hash of both files before the runtime sees a byte. threads: how many one run may use.
  static Result<Net> load(const ModelFolder& folder, const std::string& name, int threads);
  ~Net();
  Net(Net&&) noexcept;
  Net& operator=(Net&&) noexcept;

  const NetworkSpec& spec() const { return spec_; }
  // input: values as the network was trained with (already normalised). outputs: one per spec().outputs, resized to fit.
  Done run(const Tensor& input, std::span<Tensor> outputs, NetScratch& scratch) const;

 private:
  Net();
  struct Runtime;
  NetworkSpec spec_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace mien
