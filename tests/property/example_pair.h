// An engine, a source and a target from the example pictures, made once for all tests of a suite.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "mien/engine.h"
#include "mien/media.h"

namespace mien {

inline const std::string kRoot = MIEN_SOURCE_DIR;

class ExamplePair : public testing::Test {
 protected:
  // For SetUpTestSuite(). target: a file of examples/.
  static void make_pair(const EngineOptions& options, const std::string& target) {
    auto engine = Engine::create(options);
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    engine_ = std::make_unique<Engine>(std::move(*engine));
    auto source = read_photo(kRoot + "/examples/source_1.jpg");
    auto photo = read_photo(kRoot + "/examples/" + target);
    ASSERT_TRUE(source.ok() && photo.ok());
    target_ = std::make_unique<Image>(std::move(photo->image));
    auto enrolled = engine_->open_session().enrol(source->image.view());
    ASSERT_TRUE(enrolled.ok()) << enrolled.status().message();
    source_ = std::make_unique<Source>(std::move(*enrolled));
  }
  static void TearDownTestSuite() { source_.reset(), target_.reset(), engine_.reset(); }

  inline static std::unique_ptr<Engine> engine_;
  inline static std::unique_ptr<Source> source_;
  inline static std::unique_ptr<Image> target_;
};

}  // namespace mien
