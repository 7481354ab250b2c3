namespace GpuSeq.Kernels;

/// <summary>A call of the random numbers. Arguments of kernels hold it as one, so that a replay can number its calls anew.</summary>
/// <param name="Seed">What tells runs apart.</param>
/// <param name="Number">The number of the call.</param>
internal readonly record struct RandomCall(ulong Seed, ulong Number);
