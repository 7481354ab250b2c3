namespace GpuSeq.Kernels;

/// <summary>The recurrent cells. In the formulas x is the input's part of the sums, and s = W_hh h + b_hh the state's.</summary>
public enum RecurrentCell
{
    /// <summary>h' = tanh(x + s).</summary>
    RnnTanh,

    /// <summary>h' = max(0, x + s).</summary>
    RnnRelu,

    /// <summary>c' = f c + i g, h' = o tanh c'; gates i, f, g, o.</summary>
    Lstm,

    /// <summary>h' = (1 - z) n + z h, n = tanh(x_n + r s_n); gates r, z, n.</summary>
    Gru,

    /// <summary>As <see cref="Gru"/>, but n = tanh(x_n + W_n (r h) + b_n).</summary>
    GruOriginal,
}
