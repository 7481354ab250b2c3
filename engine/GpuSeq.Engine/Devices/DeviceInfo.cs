namespace GpuSeq.Engine;

/// <summary>A device that may be there or not, as a list shows it.</summary>
/// <param name="Id">What <see cref="Device.Open"/> takes, such as <c>cpu</c>.</param>
/// <param name="Name">The name that its maker gave it.</param>
/// <param name="Kind"><c>cpu</c>, <c>opencl</c> or <c>cuda</c>.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="IsAvailable">Whether it can be opened.</param>
/// <param name="Reason">Why not, or null.</param>
public sealed record DeviceInfo(string Id, string Name, string Kind, long MemoryBytes, bool IsAvailable, string? Reason);

/// <summary>A device cannot be opened.</summary>
/// <param name="message">Says which and why.</param>
public sealed class DeviceException(string message) : Exception(message);
