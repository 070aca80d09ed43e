#include "media/file_io.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>

#include "media/test_pictures.h"
#include "media/unfinished_files.h"

namespace mien {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::TempFolder;
using Names = std::vector<std::string>;

// Root may write everywhere; within this scope the process is nobody, if it was root.
class WithoutRoot {
 public:
  WithoutRoot() : was_root_(geteuid() == 0) {
    if (was_root_) EXPECT_EQ(seteuid(65'534), 0);
  }
  ~WithoutRoot() {
    if (was_root_) EXPECT_EQ(seteuid(0), 0);
  }

 private:
  bool was_root_;
};

struct ReadCase {
  const char* name;
  Code code;
  const char* sentence;
};

TEST(ReadFile, SaysWhatEachUnusableThingIs) {
  const TempFolder folder;
  fs::create_directory(folder / "folder.jpg");
  ASSERT_EQ(mkfifo((folder / "pipe.jpg").c_str(), 0666), 0);
  testing::write_bytes(folder / "empty.jpg", {});
  fs::create_symlink(folder / "nowhere", folder / "dangling.jpg");
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket_path = (folder / "socket.jpg").string();
  ASSERT_LT(socket_path.size(), sizeof address.sun_path);
  socket_path.copy(address.sun_path, socket_path.size());
  ASSERT_EQ(bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const ReadCase& c : {ReadCase{"none.jpg", Code::kNotFound, "no such file"},
                            ReadCase{"dangling.jpg", Code::kNotFound, "no such file"},
                            ReadCase{"no folder/a.jpg", Code::kNotFound, "there is no folder"},
                            ReadCase{"folder.jpg", Code::kUnreadable, "is a folder"},
                            ReadCase{"pipe.jpg", Code::kUnreadable, "is a pipe"},
                            ReadCase{"socket.jpg", Code::kUnreadable, "is a socket"},
                            ReadCase{"empty.jpg", Code::kUnreadable, "is empty (0 bytes)"}}) {
    const auto content = read_file(folder / c.name, 1000);
    ASSERT_FALSE(content.ok()) << c.name;
    EXPECT_EQ(content.status().code(), c.code) << c.name;
    EXPECT_TRUE(contains(content.status().message(), c.sentence)) << content.status().message();
    EXPECT_TRUE(contains(content.status().message(), c.name)) << content.status().message();
  }
  close(socket_fd);
  const auto device = read_file("/dev/zero", 1000);
  ASSERT_FALSE(device.ok());
  EXPECT_TRUE(contains(device.status().message(), "/dev/zero: is a device")) << device.status().message();
}

TEST(ReadFile, SaysWhenTheRightToReadIsMissing) {
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  testing::write_bytes(folder / "secret.jpg", as_bytes("x"));
  fs::permissions(folder / "secret.jpg", fs::perms::none);
  const WithoutRoot nobody;
  const auto content = read_file(folder / "secret.jpg", 1000);
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.status().code(), Code::kUnreadable);
  EXPECT_TRUE(contains(content.status().message(), "secret.jpg: may not be read"))
      << content.status().message();
}

TEST(ReadFile, ReadsUpToTheLimitAndNoFurther) {
  const TempFolder folder;
  const Bytes content(1000, 7);
  testing::write_bytes(folder / "a", content);
  EXPECT_EQ(*read_file(folder / "a", 1000), content);
  const auto refused = read_file(folder / "a", 999);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kLimit);
  EXPECT_TRUE(contains(refused.status().message(), "1000 bytes, at most 999")) << refused.status().message();
  // A file that does not say its size beforehand.
  const auto unsized_file = read_file("/proc/self/maps", 100);
  ASSERT_FALSE(unsized_file.ok());
  EXPECT_EQ(unsized_file.status().code(), Code::kLimit);
  EXPECT_TRUE(read_file("/proc/self/maps", 10'000'000).ok());
}

TEST(WriteFile, WritesTheContentAndNothingElse) {
  const TempFolder folder;
  const Bytes content(100'000, 42);
  ASSERT_TRUE(write_file(folder / "a.jpg", content, IfExists::kRefuse).ok());
  EXPECT_EQ(testing::read_bytes(folder / "a.jpg"), content);
  EXPECT_EQ(folder.names(), Names{"a.jpg"});
}

TEST(WriteFile, TakesItsPermissionsFromTheUmask) {
  const TempFolder folder;
  const mode_t before = umask(027);
  const Done done = write_file(folder / "a.jpg", as_bytes("x"), IfExists::kRefuse);
  umask(before);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(fs::status(folder / "a.jpg").permissions(), static_cast<fs::perms>(0640));
}

TEST(WriteFile, ReplacesOnlyWhenAllowed) {
  const TempFolder folder;
  testing::write_bytes(folder / "a.jpg", as_bytes("old"));
  const Done refused = write_file(folder / "a.jpg", as_bytes("new"), IfExists::kRefuse);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUnwritable);
  EXPECT_TRUE(contains(refused.status().message(), "a.jpg: exists already")) << refused.status().message();
  EXPECT_EQ(testing::read_bytes(folder / "a.jpg"), to_bytes("old"));
  ASSERT_TRUE(write_file(folder / "a.jpg", as_bytes("new"), IfExists::kReplace).ok());
  EXPECT_EQ(testing::read_bytes(folder / "a.jpg"), to_bytes("new"));
  EXPECT_EQ(folder.names(), Names{"a.jpg"});
}

TEST(WriteFile, LetsOnlyOneOfManyWritersWin) {
  const TempFolder folder;
  std::atomic<int> winners = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      const Bytes content(10'000, static_cast<std::uint8_t>(i));
      if (write_file(folder / "a.jpg", content, IfExists::kRefuse).ok()) ++winners;
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(folder.names(), Names{"a.jpg"});
  const Bytes content = testing::read_bytes(folder / "a.jpg");
  ASSERT_EQ(content.size(), 10'000u);
  EXPECT_EQ(content, Bytes(10'000, content[0]));
}

TEST(WriteFile, ReplacesALinkAndNotWhatItPointsTo) {
  const TempFolder folder;
  testing::write_bytes(folder / "original", as_bytes("old"));
  fs::create_symlink(folder / "original", folder / "a.jpg");
  EXPECT_FALSE(write_file(folder / "a.jpg", as_bytes("new"), IfExists::kRefuse).ok());
  ASSERT_TRUE(write_file(folder / "a.jpg", as_bytes("new"), IfExists::kReplace).ok());
  EXPECT_FALSE(fs::is_symlink(folder / "a.jpg"));
  EXPECT_EQ(testing::read_bytes(folder / "original"), to_bytes("old"));
}

TEST(WriteFile, SaysWhyAPlaceCannotBeWrittenTo) {
  const TempFolder folder;
  fs::create_directory(folder / "folder.jpg");
  testing::write_bytes(folder / "file", as_bytes("x"));
  const Names before = folder.names();
  const auto message = [&folder](const fs::path& file) {
    const Done done = write_file(file, as_bytes("x"), IfExists::kReplace);
    if (done.ok()) return std::string("written");
    EXPECT_EQ(done.status().code(), file.filename() == "folder.jpg" || file == folder / ""
                                        ? Code::kInvalidArgument
                                        : Code::kUnwritable);
    return done.status().message();
  };
  EXPECT_TRUE(contains(message(folder / "folder.jpg"), "is a folder")) << message(folder / "folder.jpg");
  EXPECT_TRUE(contains(message(folder / "none/a.jpg"), "does not exist")) << message(folder / "none/a.jpg");
  EXPECT_TRUE(contains(message(folder / "file/a.jpg"), "is not a folder")) << message(folder / "file/a.jpg");
  EXPECT_TRUE(contains(message("/dev/full"), "is a device")) << message("/dev/full");
  EXPECT_TRUE(contains(message("/proc/a.jpg"), "takes no new files")) << message("/proc/a.jpg");
  EXPECT_TRUE(contains(message(folder / ""), "is a folder")) << message(folder / "");
  EXPECT_TRUE(contains(message(""), "names no file")) << message("");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                     fs::perms::others_exec);
  {
    const WithoutRoot nobody;
    EXPECT_TRUE(contains(message(folder / "a.jpg"), "takes no new files")) << message(folder / "a.jpg");
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_EQ(folder.names(), before);
}

// A full disk, as far as a process can make one for itself: files may not grow beyond a size.
TEST(WriteFile, LeavesNothingBehindWhenTheDiskIsFull) {
  const TempFolder folder;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Done done = write_file(folder / "a.jpg", Bytes(100'000, 1), IfExists::kRefuse);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), Code::kUnwritable);
  EXPECT_TRUE(contains(done.status().message(), "a.jpg: cannot be written")) << done.status().message();
  EXPECT_EQ(folder.names(), Names{});
}

TEST(UnfinishedFiles, AreRemovedAndFinishedOnesAreNot) {
  const TempFolder folder;
  testing::write_bytes(folder / "done", as_bytes("x"));
  testing::write_bytes(folder / "half", as_bytes("x"));
  testing::write_bytes(folder / "other", as_bytes("x"));
  { const UnfinishedFile finished(folder / "done"); }
  {
    const UnfinishedFile unfinished(folder / "half");
    remove_unfinished_files();
    EXPECT_EQ(folder.names(), (Names{"done", "other"}));
    testing::write_bytes(folder / "half", as_bytes("x"));
    remove_unfinished_files();  // twice does no harm
  }
  EXPECT_EQ(folder.names(), (Names{"done", "other"}));
  remove_unfinished_files();
  EXPECT_EQ(folder.names(), (Names{"done", "other"}));
}

TEST(UnfinishedFiles, MayLieInAFolderThatGoesWithThem) {
  const TempFolder folder;
  fs::create_directory(folder / "part");
  fs::create_directory(folder / "full");
  testing::write_bytes(folder / "part" / "half", as_bytes("x"));
  testing::write_bytes(folder / "full" / "other", as_bytes("x"));
  const UnfinishedFile file(folder / "part" / "half"), of_it(folder / "part"), with_more(folder / "full");
  remove_unfinished_files();
  EXPECT_EQ(folder.names(), Names{"full"});
}

TEST(UnfinishedFiles, AreMoreThanTheListHoldsWithoutHarm) {
  const TempFolder folder;
  std::vector<std::unique_ptr<UnfinishedFile>> files;
  for (int i = 0; i < 100; ++i) {
    const fs::path file = folder / std::to_string(i);
    testing::write_bytes(file, as_bytes("x"));
    files.push_back(std::make_unique<UnfinishedFile>(file));
  }
  files.push_back(std::make_unique<UnfinishedFile>(folder / std::string(5000, 'x')));
  remove_unfinished_files();
  const std::size_t left = folder.names().size();
  EXPECT_GE(left, 1u);
  EXPECT_LE(left, 99u);
}

// What the command does on Ctrl-C, in a process of its own.
TEST(UnfinishedFiles, AreGoneAfterAnInterrupt) {
  const TempFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGINT, [](int) {
      remove_unfinished_files();
      _exit(130);
    });
    const UnfinishedFile unfinished(folder / "half");
    testing::write_bytes(folder / "half", as_bytes("x"));
    std::raise(SIGINT);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(PartFile, AppearsWhenItIsPlacedAndNotBefore) {
  const TempFolder folder;
  const auto file = folder.path() / "clip.mp4";
  {
    PartFile part(file, IfExists::kRefuse);
    std::ofstream(part.part()) << "whole";
    EXPECT_FALSE(fs::exists(file));
    EXPECT_TRUE(part.place().ok());
  }
  std::string content;
  std::ifstream(file) >> content;
  EXPECT_EQ(content, "whole");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(PartFile, LiesInTheFolderItIsGiven) {
  const TempFolder folder;
  const auto file = folder.path() / "clip.mp4", elsewhere = folder.path() / "clip.mp4.mien-part";
  fs::create_directory(elsewhere);
  PartFile part(file, IfExists::kRefuse, elsewhere);
  std::ofstream(part.part()) << "whole";
  EXPECT_EQ(part.part().parent_path(), elsewhere);
  EXPECT_TRUE(part.place().ok());
  EXPECT_TRUE(fs::exists(file));
  EXPECT_TRUE(fs::is_empty(elsewhere));
}

TEST(PartFile, LeavesNothingWhenItIsNotPlacedOrMayNotBe) {
  const TempFolder folder;
  const auto file = folder.path() / "clip.mp4";
  { std::ofstream(PartFile(file, IfExists::kRefuse).part()) << "half"; }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  std::ofstream(file) << "precious";
  {
    PartFile part(file, IfExists::kRefuse);
    std::ofstream(part.part()) << "new";
    EXPECT_FALSE(part.place().ok());
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  std::string content;
  std::ifstream(file) >> content;
  EXPECT_EQ(content, "precious");
}

}  // namespace
}  // namespace mien
