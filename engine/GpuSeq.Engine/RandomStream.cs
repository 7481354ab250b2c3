namespace GpuSeq.Engine;

/// <summary>
/// The random numbers of a run: a seed and the number of calls so far. Element i of call n is a function of the seed, n and i
/// alone, so a run that continues from these two numbers draws what it would have drawn.
/// </summary>
/// <param name="seed">What tells runs apart.</param>
/// <param name="calls">Calls that were made already.</param>
public sealed class RandomStream(ulong seed, ulong calls = 0)
{
    /// <summary>What tells runs apart.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>Calls that were made.</summary>
    public ulong Calls { get; private set; } = calls;

    /// <summary>Starts a call.</summary>
    /// <returns>Its number.</returns>
    public ulong NextCall() => Calls++;

    /// <summary>Passes over calls that were made without it.</summary>
    internal void Skip(ulong calls) => Calls += calls;

    /// <summary>Continues where a number of calls had been made.</summary>
    public void Resume(ulong calls) => Calls = calls;
}
