// Runs a fuzz target where libFuzzer is not to be had (GCC): every file of the given folders as it is, then
// random changes of them. Without coverage feedback it finds less than libFuzzer; it keeps the targets
// compiled, the corpus passing and the plain mistakes out.
//   fuzz_x [-runs=N] [-seed=S] FOLDER|FILE...
// Each input is written to PROGRAM.crash-input before it is tried, so that it is there when the program dies.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kMaxBytes = 1 << 16;

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void collect(const fs::path& path, std::vector<Bytes>* corpus) {
  if (fs::is_regular_file(path)) corpus->push_back(read_file(path));
  if (!fs::is_directory(path)) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same run everywhere
  for (const fs::path& file : files) corpus->push_back(read_file(file));
}

// One to eight small changes: a bit, a byte of note, a block taken out, doubled or replaced by a piece of
// another file.
Bytes mutate(Bytes bytes, const std::vector<Bytes>& corpus, std::mt19937& random) {
  constexpr std::uint8_t kNotable[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '{', '}', '[', ']', '-', '9'};
  const auto below = [&](std::size_t n) {
    return n == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (std::size_t change = below(8) + 1; change > 0; --change) {
    const std::size_t at = below(bytes.size());
    const std::size_t length = std::min(below(64) + 1, bytes.size() - at);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    switch (below(6)) {
      case 0:
        if (!bytes.empty()) bytes[at] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = kNotable[below(std::size(kNotable))];
        break;
      case 2:
        bytes.erase(begin, end);
        break;
      case 3: {
        const Bytes block(begin, end);
        bytes.insert(end, block.begin(), block.end());
        break;
      }
      case 4:
        bytes.resize(at);
        break;
      default: {
        const Bytes& other = corpus[below(corpus.size())];
        const std::size_t from = below(other.size());
        const std::size_t count = std::min(length, other.size() - from);
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), count, begin);
      }
    }
  }
  if (bytes.size() > kMaxBytes) bytes.resize(kMaxBytes);
  return bytes;
}

// The input being tried, on disk. One open file that is written over: cheap enough for every run.
class CurrentInput {
 public:
  explicit CurrentInput(std::string path)
      : path_(std::move(path)), file_(open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {}
  bool ok() const { return file_ >= 0; }
  void run(const Bytes& bytes) const {
    if (pwrite(file_, bytes.data(), bytes.size(), 0) < 0 ||
        ftruncate(file_, static_cast<off_t>(bytes.size())) != 0) {
      std::perror(path_.c_str());
    }
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  void discard() const {
    close(file_);
    fs::remove(path_);
  }

 private:
  std::string path_;
  int file_;
};

}  // namespace

int main(int argc, char** argv) {
  long runs = 10'000;
  unsigned seed = 1;
  std::vector<Bytes> corpus;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "-runs=", 6) == 0) {
      runs = std::strtol(argv[i] + 6, nullptr, 10);
    } else if (std::strncmp(argv[i], "-seed=", 6) == 0) {
      seed = static_cast<unsigned>(std::strtoul(argv[i] + 6, nullptr, 10));
    } else {
      collect(argv[i], &corpus);
    }
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "no input files; usage: %s [-runs=N] [-seed=S] FOLDER|FILE...\n", argv[0]);
    return 2;
  }
  const CurrentInput current(std::string(argv[0]) + ".crash-input");
  if (!current.ok()) {
    std::perror("cannot write beside the program");
    return 2;
  }
  std::mt19937 random(seed);
  for (const Bytes& bytes : corpus) current.run(bytes);
  const std::size_t files = corpus.size();
  for (long run = 0; run < runs; ++run) {
    current.run(mutate(corpus[static_cast<std::size_t>(run) % files], corpus, random));
  }
  current.discard();
  std::printf("%zu files and %ld changed inputs tried\n", files, runs);
  return 0;
}
