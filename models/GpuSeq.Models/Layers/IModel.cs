using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A model: layers over parameters on a device.</summary>
public interface IModel : IDisposable
{
    /// <summary>What training changes and files hold.</summary>
    ParameterSet Parameters { get; }
}
