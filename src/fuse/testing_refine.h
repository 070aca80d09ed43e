// A refine network for tests that says the same everywhere: its files and its row of the manifest.
#pragma once

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/sha256.h"

namespace mien::testing_refine {

struct Answer {
  float light = 0, alpha_step = 0;  // the residual and dA
};

inline nlohmann::json write_file(const std::filesystem::path& folder, const std::string& name,
                                 const std::string& content) {
  std::ofstream(folder / name, std::ios::binary) << content;
  const std::string hash =
      sha256_hex({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  return {{"path", name}, {"bytes", content.size()}, {"sha256", hash}};
}

// One 1 x 1 convolution of zeros, and the answer in its bias. -> the row
inline nlohmann::json write_network(const std::filesystem::path& folder, Answer answer) {
  const std::string text =
      "7767517\n2 2\nInput in0 0 1 in0\nConvolution head 1 1 in0 out0 0=2 1=1 5=1 6=24\n";
  std::array<float, 1 + 24 + 2> numbers{};  // a word that says "plain floats", weights, bias
  numbers[25] = answer.light, numbers[26] = answer.alpha_step;
  std::string bytes(sizeof numbers, '\0');
  std::memcpy(bytes.data(), numbers.data(), sizeof numbers);
  return {{"param", write_file(folder, "refine.param", text)},
          {"weights", write_file(folder, "refine.bin", bytes)},
          {"input",
           {{"name", "in0"},
            {"width", 256},
            {"height", 256},
            {"channels", 12},
            {"mean", std::vector<double>(12, 0)},
            {"std", std::vector<double>(12, 1)}}},
          {"outputs", {"out0"}},
          {"parameters", {{"residual_kept", 0.5}}},
          {"provenance",
           {{"licence", "Apache-2.0"},
            {"data_sets", {"none"}},
            {"teachers", nlohmann::json::array()},
            {"recipe", "none"},
            {"commit", "0123456"}}}};
}

}  // namespace mien::testing_refine
