// How the program takes memory from the system.
#pragma once

namespace mien::cli {

// For work on photos, before it begins: the heap takes memory in few large steps and keeps it to the end,
// on large pages where the system gives them. A swap goes through 100 MB of buffers within a third of a
// second; page by page, the system's part of that is a seventh of the time. No more memory counts as used:
// what is reserved and never touched is not there.
void take_memory_in_large_steps();

// When the program starts, for work on clips: freed buffers stay with the program, which takes them again in
// the next frame. Page by page, giving them back and forth costs 1.6 ms a frame; the peak is the same.
void keep_freed_memory();

// From the beginning of a clip on, in the place of the above: its stages run on threads of their own, and
// glibc would give each a heap that keeps what its largest moment took. Two heaps for all; a buffer from a
// megabyte on is the system's again when it is freed, smaller ones stay.
void keep_clip_memory_small();

// Between two kinds of work: the pages that the first has freed are the system's again. What the second needs
// has other sizes, and does not fit into all of the gaps.
void give_back_freed_memory();

}  // namespace mien::cli
