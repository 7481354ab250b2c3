namespace GpuSeq.Models;

/// <summary>What a model of BERT's family computes from hidden states, and what it is for.</summary>
/// <typeparam name="TSelf">The head itself.</typeparam>
public interface IBertHead<TSelf>
    where TSelf : IBertHead<TSelf>
{
    /// <summary>What the Hub's name of the class has behind the family's, such as <c>ForMaskedLM</c>.</summary>
    static abstract string Purpose { get; }

    /// <summary>Whether a type of model has such a head.</summary>
    static virtual bool Suits(string modelType) => true;

    /// <summary>Whether the head reads the pooler's output.</summary>
    static virtual bool ReadsPooler(string modelType) => false;

    /// <summary>Adds the head's parameters, with the Hub's names.</summary>
    /// <param name="scope">The model's.</param>
    /// <param name="encoder">What computes the hidden states.</param>
    static abstract TSelf Create(ParameterScope scope, BertEncoder encoder);
}
