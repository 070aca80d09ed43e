// One network at run time: the only place that knows ncnn.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/manifest.h"
#include "model/tensor.h"

namespace mien {

// Memory that one thread lends to the networks it runs; keeps freed blocks for the next run of the same one.
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
  // input: values as the network was trained with (already normalised). outputs: one per spec().outputs,
  // resized to fit.
  Done run(const Tensor& input, std::span<Tensor> outputs, NetScratch& scratch) const;

 private:
  Net();
  struct Runtime;
  NetworkSpec spec_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace mien
